"""What can be exported, with the columns of each."""
