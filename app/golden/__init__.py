"""The golden questions in service: how each fares with what is live."""
