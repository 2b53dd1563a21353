"""One prompt over rows that many processes ask: Dask, Ray, Spark. Asking and notebook may come in."""
