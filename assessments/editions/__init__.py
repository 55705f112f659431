"""Frozen scorecards: what goes into one, what is computed anew from it, how it is cited and compared."""
