"""JupyterHub for a class: each person gets a JupyterLab from the image, with what was downloaded, built and trained shared by all.

Variables: CLASS_PASSWORD (everybody's, at least 8 characters), CLASS_SPAWNER ("docker", or "local" for processes of the machine's own users),
CLASS_IMAGE, CLASS_NETWORK, CLASS_MEMORY and CLASS_CPUS (the limits of each person), CLASS_IDLE (seconds until an idle kernel ends; a server after four times that),
CLASS_GO_MEMORY (the size from which a Go program collects its garbage more often), CLASS_HUB (where the containers reach the hub, if it doesn't run on the machine that they run on: its name in their network).
"""

import os
import sys

c = get_config()  # noqa: F821
setting = os.environ.get
idle = int(setting("CLASS_IDLE", "900"))

# Who may come in: whoever knows the password, under any name. For more than a class, choose another authenticator.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["CLASS_PASSWORD"]
c.Authenticator.allow_all = True

# Each person's server.
memory = setting("CLASS_MEMORY", "2G")
c.Spawner.mem_limit = memory
c.Spawner.cpu_limit = float(setting("CLASS_CPUS", "2"))
c.Spawner.start_timeout = c.Spawner.http_timeout = 600  # thirty servers that start at once on a small machine take minutes
c.Spawner.default_url = "/lab/tree/work/tutorials/notebooks/bidirectional_rnn.ipynb"
c.Spawner.environment = {
    "GOMEMLIMIT": setting("CLASS_GO_MEMORY", "320MiB"),  # Go's programs collect garbage more often above this; they still get what they need
}
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={idle}",
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_connected=True",
]

if setting("CLASS_SPAWNER", "docker") == "local":
    # Processes of users that the machine has. The limits above do not hold here: use those of the system (systemd, cgroups).
    c.JupyterHub.spawner_class = "localprocess"
    c.Spawner.cmd = ["start", "jupyterhub-singleuser"]
    c.Spawner.env_keep = [
        "PATH", "LANG", "EASY_GOMLX_CACHE", "GOCACHE", "GOMODCACHE", "GOPLSCACHE", "GOFLAGS", "GOTOOLCHAIN", "GOPROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
    c.ConfigurableHTTPProxy.should_start = False  # it runs beside the hub, on its usual ports
else:
    import docker

    network = setting("CLASS_NETWORK", "class")
    if "CLASS_HUB" in os.environ:
        c.JupyterHub.hub_ip, c.JupyterHub.hub_connect_ip = "0.0.0.0", os.environ["CLASS_HUB"]
    else:  # this machine, as the containers see it
        c.JupyterHub.hub_ip = docker.from_env().networks.get(network).attrs["IPAM"]["Config"][0]["Gateway"]
    c.JupyterHub.spawner_class = "docker"
    c.DockerSpawner.image = setting("CLASS_IMAGE", "easy-gomlx")
    c.DockerSpawner.cmd = "jupyterhub-singleuser"
    c.DockerSpawner.network_name = network
    c.DockerSpawner.volumes = {"class-{username}": "/home/jovyan/work"}
    c.DockerSpawner.remove = True
    c.DockerSpawner.extra_create_kwargs = {"healthcheck": {"test": ["NONE"]}}  # the hub looks after its servers itself, at less cost
    c.DockerSpawner.extra_host_config = {
        "memswap_limit": memory,  # no swap beyond it
        "pids_limit": 1000,
        "security_opt": ["no-new-privileges"],
    }

# Servers that nobody uses end; what was saved is kept.
c.JupyterHub.services = [{
    "name": "idle-culler",
    "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={4 * idle}"],
}]
c.JupyterHub.load_roles = [{
    "name": "idle-culler",
    "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    "services": ["idle-culler"],
}]
