"""The browser's door: a small server that draws conclab's screens in a page. Only ``conclab serve`` loads it."""
