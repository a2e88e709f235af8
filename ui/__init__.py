"""What the screens share. It decides nothing: pages ask `domain`, `ui` dresses the answer."""

import logging

# streamlit-authenticator asks for a running script while it is imported, outside any run: Streamlit's warnings of it say nothing here.
for _name in ("scriptrunner_utils.script_run_context", "caching.cache_data_api"):
    logging.getLogger(f"streamlit.runtime.{_name}").disabled = True
