"""JupyterLab in the container: reached from outside, with its token, on one fixed port. In a class JupyterHub chooses the address."""

import os

c = get_config()  # noqa: F821
if "JUPYTERHUB_SERVICE_URL" not in os.environ:
    c.ServerApp.ip = "0.0.0.0"
    c.ServerApp.port = int(os.environ.get("JUPYTER_PORT", "8888"))
    c.ServerApp.port_retries = 0
    c.LabApp.default_url = "/lab/tree/work/tutorials/notebooks/README.md"
c.ServerApp.open_browser = False
c.ServerApp.root_dir = os.environ["HOME"]
c.MultiKernelManager.default_kernel_name = "gonb"
