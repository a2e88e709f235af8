// Where the server is, and whom it obeys: Streamlit would otherwise look for it below the page's own address first, ask it twice, and wait.
window.__streamlit = {
  BACKEND_BASE_URL: location.origin,
  MAIN_PAGE_BASE_URL: location.origin,
  HOST_CONFIG: { allowedOrigins: [location.origin], useExternalAuthToken: false },
};
