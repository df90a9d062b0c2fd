#include "format/mime_gmime.h"

#include <gmime/gmime.h>

void sat_gmime_start(void) {
  static gsize started;
  if (g_once_init_enter(&started)) {
    g_mime_init();
    g_once_init_leave(&started, 1);
  }
}
