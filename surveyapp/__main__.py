"""Lets `python -m surveyapp` do what `surveyapp` does."""

from surveyapp.cli import main

main()
