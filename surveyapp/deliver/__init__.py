"""What is taken away and filed: the workbook of tallies and the rows themselves."""
