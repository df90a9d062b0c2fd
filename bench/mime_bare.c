/*
** What GMime alone takes for the files named on its input: reads each into
** an object tree, thrown away at once.  Prints seconds, bytes and messages of
** as many rounds as its argument says.
*/
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long read_one(const char *path) {
  GMimeStream *stream = g_mime_stream_file_open(path, "r", NULL);
  if (stream == NULL) return 0;
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
  long size = (long)g_mime_stream_length(stream);
  if (message != NULL) g_object_unref(message);
  g_object_unref(parser);
  g_object_unref(stream);
  return size;
}

int main(int argc, char **argv) {
  static char *paths[100000];
  char line[4096];
  size_t n = 0;
  long bytes = 0;
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  while (n < 100000 && fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    paths[n++] = strdup(line);
  }
  g_mime_init();
  double from = now();
  for (int r = 0; r < rounds; r++)
    for (size_t i = 0; i < n; i++) bytes += read_one(paths[i]);
  struct rusage usage;
  double seconds = now() - from;
  getrusage(RUSAGE_SELF, &usage);
  printf("%f %ld %zu %ld\n", seconds, bytes, n * (size_t)rounds,
         usage.ru_maxrss);
  return 0;
}
