"""The schema's history; `surveyapp.store.migration` runs it."""
