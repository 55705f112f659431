"""Finding words in everything that somebody may see."""
