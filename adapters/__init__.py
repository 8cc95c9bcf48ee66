"""The platforms: each folder draws Screens in one platform's terms and reads its events."""
