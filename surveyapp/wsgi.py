"""The application for other WSGI servers, configured by the environment: `surveyapp.wsgi:app`."""

from surveyapp import create_app
from surveyapp.config import load_config
from surveyapp.store import Store

_config = load_config()
_store = Store.open(_config.database_url)
_store.claim_server()
app = create_app(_config, _store)
