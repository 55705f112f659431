"""The offline form: an assessment as a workbook that is filled in without the application, and read back."""
