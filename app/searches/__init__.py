"""What people ask on the site and by the API, on its way into the store."""
