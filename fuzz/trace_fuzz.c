/*
** What enters a trace comes from a peer.  Masking keeps the number of lines,
** and what stands behind the name of a secret header never shows.
*/
#include <stdlib.h>
#include <string.h>

/* the only file of its room that needs no library */
#include "net/trace.c"

static size_t lines(const void *text, size_t n) {
  const char *p = text;
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += p[i] == '\n';
  return count;
}

static void hidden(const uint8_t *data, size_t n) {
  static const char name[] = "Set-Cookie: ", masked[] = "Set-Cookie: ***";
  const uint8_t *end;
  struct sat_buf in = {0}, out = {0};
  while (n > 0 && *data == ' ') data++, n--;
  end = n > 0 ? memchr(data, '\n', n) : NULL;
  sat_buf_put(&in, name, sizeof name - 1);
  sat_buf_put(&in, data, end != NULL ? (size_t)(end - data) : n);
  sat_trace_mask(&out, (const char *)in.p, in.n);
  if (out.n != sizeof masked - 1 || memcmp(out.p, masked, out.n) != 0) abort();
  sat_buf_free(&in);
  sat_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_buf out = {0};
  sat_trace_mask(&out, (const char *)data, size);
  if (lines(data, size) != lines(out.p, out.n)) abort();
  sat_buf_free(&out);
  hidden(data, size);
  return 0;
}
