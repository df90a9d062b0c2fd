/*
** RTF: text and HTML of the input; the input as text goes through RTF and
** comes back, but for line ends and what is no UTF-8.
*/
#include <string.h>

#include "base/text.h"
#include "wire/rtf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int has_other(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0') return 1;
  return !sat_text_is_utf8((const char *)p, n);
}

static void round_trip(const uint8_t *data, size_t size) {
  struct sat_buf rtf = {0}, text = {0};
  struct sat_error err = {0};
  sat_rtf_from_text(&rtf, (const char *)data, size);
  if (sat_rtf_to_text(&text, rtf.p, rtf.n, &err) != 0) __builtin_trap();
  if (!has_other(data, size) &&
      (text.n != size || (size > 0 && memcmp(text.p, data, size) != 0)))
    __builtin_trap();
  sat_buf_free(&rtf);
  sat_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_buf out = {0};
  struct sat_error err = {0};
  sat_rtf_to_text(&out, data, size, &err);
  sat_buf_clear(&out);
  sat_error_clear(&err);
  sat_rtf_to_html(&out, data, size, &err);
  sat_buf_free(&out);
  round_trip(data, size);
  return 0;
}
