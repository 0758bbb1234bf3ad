"""The definition language: reads a questionnaire from a file, checks it, and judges answers given to it."""
