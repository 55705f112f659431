"""What each block of a scorecard's page shows: one module a block, plain values in and out, no queries."""
