"""JupyterHub for a class: each user gets a JupyterLab from the image; all share what was downloaded and built.

Variables: CLASS_PASSWORD (the same for everyone, at least 8 characters), CLASS_SPAWNER ("docker", or "local" for processes of the machine's users),
CLASS_IMAGE, CLASS_NETWORK, CLASS_MEMORY and CLASS_CPUS (the limits of each user), CLASS_IDLE (seconds until an idle kernel is stopped; a server after four times as long),
CLASS_GO_MEMORY (the size above which Go programs collect garbage more often), CLASS_HUB (the hub's name in the containers' network, if it does not run on their machine).
"""

import os
import sys

c = get_config()  # noqa: F821
setting = os.environ.get
idle = int(setting("CLASS_IDLE", "900"))

# Anyone who knows the password may log in, under any name. For more than a class, choose another authenticator.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["CLASS_PASSWORD"]
c.Authenticator.allow_all = True

# Each user's server.
memory = setting("CLASS_MEMORY", "2G")
c.Spawner.mem_limit = memory
c.Spawner.cpu_limit = float(setting("CLASS_CPUS", "2"))
c.Spawner.start_timeout = c.Spawner.http_timeout = 600  # starting thirty servers at once on a small machine takes minutes
c.Spawner.default_url = "/lab/tree/work/tutorials/notebooks/README.md"
c.Spawner.environment = {
    "GOMEMLIMIT": setting("CLASS_GO_MEMORY", "320MiB"),  # not a hard limit
}
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={idle}",
    "--MappingKernelManager.cull_interval=60",
    "--MappingKernelManager.cull_connected=True",
]

if setting("CLASS_SPAWNER", "docker") == "local":
    # Processes of the machine's users. The limits above do not apply here: use those of the system (systemd, cgroups).
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
    c.DockerSpawner.extra_create_kwargs = {"healthcheck": {"test": ["NONE"]}}  # the hub monitors its servers itself, at less cost
    c.DockerSpawner.extra_host_config = {
        "memswap_limit": memory,  # no swap
        "pids_limit": 1000,
        "security_opt": ["no-new-privileges"],
    }

# Idle servers are stopped; saved work is kept.
c.JupyterHub.services = [{
    "name": "idle-culler",
    "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={4 * idle}"],
}]
c.JupyterHub.load_roles = [{
    "name": "idle-culler",
    "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    "services": ["idle-culler"],
}]
