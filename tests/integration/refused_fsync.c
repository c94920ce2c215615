/* A disk that confirms nothing while the file NO_FSYNC names is there. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int refuse(void) { return access(getenv("NO_FSYNC"), F_OK) == 0; }
int fsync(int file) { (void)file; if (refuse()) { errno = EIO; return -1; } return 0; }
int fdatasync(int file) { return fsync(file); }
