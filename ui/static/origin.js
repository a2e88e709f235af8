// Where the server is: Streamlit would otherwise look for it below the page's own address first, and wait.
window.__streamlit = { BACKEND_BASE_URL: location.origin, MAIN_PAGE_BASE_URL: location.origin };
