"""What the screens share. It decides nothing: pages ask `domain`, `ui` dresses the answer."""
