"""The sections of the page on definitions: words, stress test, all side by side, three readings of each rule."""
