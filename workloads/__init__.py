"""What runs: one folder each, with the deployment and the code that it deploys."""
