"""What is remembered: settings, the two ways into the database, the models and the migrations."""
