#include "mail/command_line.h"

int sat_command_line(struct sat_buf *out, const char *line, size_t n,
                     size_t most, bool may_be_empty, struct sat_error *err) {
  if (n > most || (n == 0 && !may_be_empty))
    return sat_error_set(err, SAT_E_INVALID,
                         "command: it has %zu bytes, not 1 to %zu", n, most);
  for (size_t i = 0; i < n; i++)
    if (line[i] == '\r' || line[i] == '\n' || line[i] == '\0')
      return sat_error_set(err, SAT_E_INVALID,
                           "command: a line break or NUL in it");
  sat_buf_put(out, line, n);
  sat_buf_put(out, "\r\n", 2);
  return 0;
}
