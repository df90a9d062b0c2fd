/*
** Runs a fuzz target once over each file of the folders named, so that the
** corpora are tested by any compiler.
*/
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path) {
  FILE *f = fopen(path, "rb");
  uint8_t *data = NULL;
  size_t n = 0, cap = 0, got;
  if (f == NULL) return -1;
  do {
    uint8_t *grown = realloc(data, cap += 65536);
    if (grown == NULL) break;
    data = grown;
    got = fread(data + n, 1, cap - n, f);
    n += got;
  } while (got > 0);
  fclose(f);
  LLVMFuzzerTestOneInput(data, n);
  free(data);
  return 0;
}

static int run_folder(const char *folder) {
  DIR *d = opendir(folder);
  struct dirent *e;
  char path[4096];
  int n = 0;
  if (d == NULL) {
    perror(folder);
    return -1;
  }
  while ((e = readdir(d)) != NULL) {
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    if (run_file(path) == 0) n++;
  }
  closedir(d);
  return n;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    int n = run_folder(argv[i]);
    if (n <= 0) {
      fprintf(stderr, "%s: no corpus\n", argv[i]);
      return 1;
    }
    printf("%s: %d inputs, no finding\n", argv[i], n);
  }
  return 0;
}
