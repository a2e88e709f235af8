"""An empty Streamlit page: what the title of the dashboard is compared with."""

import streamlit as st

st.title("Empty")
