"""Files that are attached to sources: what they are by their content, and what is refused."""
