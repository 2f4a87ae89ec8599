# What nbgrader needs to know about solutions.ipynb. Copy this file into the directory of the course; TEACHING.md says how to go on.
from nbconvert.preprocessors import TagRemovePreprocessor

c = get_config()  # noqa: F821 (nbgrader defines it)

# A solution is replaced by this line; nbgrader has none for Go.
c.ClearSolutions.code_stub = {"go": "// YOUR CODE HERE"}

# The cells that explain the solutions have the tag "solution", and are left out.
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"solution"}
c.GenerateAssignment.preprocessors.prepend([TagRemovePreprocessor])

# Seconds for one cell. The longest trains a network: 5 seconds on two cores that do nothing else.
c.Execute.timeout = 300
