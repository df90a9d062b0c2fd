#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

void sat_secret_wipe(void *p, size_t n) {
  volatile unsigned char *b = p;
  while (n-- > 0) *b++ = 0;
}

char *sat_secret_copy(const char *s, size_t n) {
  char *copy = malloc(n + 1);
  if (copy == NULL) return NULL;
  if (n > 0) memcpy(copy, s, n);
  copy[n] = '\0';
  return copy;
}

void sat_secret_free(char **s) {
  if (*s == NULL) return;
  sat_secret_wipe(*s, strlen(*s));
  free(*s);
  *s = NULL;
}
