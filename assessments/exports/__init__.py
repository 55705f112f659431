"""Exports: whole lists as files, for pages, the API and the worker alike."""
