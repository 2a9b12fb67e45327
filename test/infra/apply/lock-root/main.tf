# A root whose apply goes on until a file is there: whoever applies it holds the lock for as long. Its backend is that of an
# environment (backend.tf, put beside this file).
variable "folder" {
  description = "Where the file `door` is waited for, and where `holder` says which process waits."
  type        = string
}

resource "terraform_data" "this" {
  input = "held"

  provisioner "local-exec" {
    command = "echo $PPID > holder; until [ -e door ]; do kill -0 $PPID || exit 1; sleep 0.1; done"

    working_dir = var.folder
  }
}
