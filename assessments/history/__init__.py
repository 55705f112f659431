"""What was done to an assessment, read from the rows that database triggers keep of every change."""
