"""Addresses and names inside the cluster's own network namespace; nothing outside sees them."""

NODE = "node1"
NODE_IP = "10.255.255.1"
NODE_BRIDGE = "mizan0"
API_PORT = 6443
POD_CIDR = "10.244.0.0/24"
CLUSTER_CIDR = "10.244.0.0/16"
SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_IP = "10.96.0.1"
DNS_SERVICE_IP = "10.96.0.10"
CLUSTER_DOMAIN = "cluster.local"
