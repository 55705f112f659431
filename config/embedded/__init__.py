"""PostgreSQL for one machine, from the programs of a wheel, used when DATABASE_URL is unset."""
