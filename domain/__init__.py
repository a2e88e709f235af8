"""The rules of the house. Never imports Streamlit; opens no transaction that a page has not opened, except where it talks to a network."""
