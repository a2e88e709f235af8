"""The front door of Farandole. It serves as it is under `uvicorn Home:app`, `streamlit run Home.py`, and in the tests of the pages."""

from pathlib import Path

import streamlit as st
from streamlit import runtime

if runtime.exists():
    from ui.router import main

    main()
else:
    from ui.crash import on_script_error
    from ui.lifespan import lifespan
    from ui.middleware import MIDDLEWARE
    from ui.routes import ROUTES

    app = st.App(
        Path(__file__).parent / "ui" / "router.py",
        routes=ROUTES,
        middleware=MIDDLEWARE,
        lifespan=lifespan,
        on_script_error=on_script_error,
    )
