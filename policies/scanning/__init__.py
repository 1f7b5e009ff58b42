"""What checkov says of an environment: its plan as a Terraform plan, and the files beside it."""
