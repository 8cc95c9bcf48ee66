"""The yardstick for the crisis conversation: personas, and a checker of the transcripts that they leave behind."""
