/*
** Reads the answer to one IMAP command and throws it away: what the bytes
** cost when nothing is done with them.
**   imap_bare PORT USER PASSWORD COMMAND   prints seconds, bytes, peak KiB
*/
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buf[1 << 18];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* reads until the tagged answer, which is looked for in the last bytes */
static size_t answer(int fd, const char *tag) {
  size_t total = 0, kept = 0;
  ssize_t n;
  while ((n = read(fd, buf + kept, sizeof buf - kept - 1)) > 0) {
    size_t end = kept + (size_t)n, from = end > 4000 ? end - 4000 : 0;
    char *p;
    total += (size_t)n;
    buf[end] = '\0';
    for (p = buf + from; (p = memmem(p, (size_t)(buf + end - p), tag,
                                     strlen(tag))) != NULL; p++)
      if ((p == buf || p[-1] == '\n') && buf[end - 1] == '\n') return total;
    kept = end - from;
    memmove(buf, buf + from, kept);
  }
  exit(1);
}

static size_t ask(int fd, const char *tag, const char *command) {
  char line[1000];
  int n = snprintf(line, sizeof line, "%s%s\r\n", tag, command);
  if (write(fd, line, (size_t)n) != n) exit(1);
  return answer(fd, tag);
}

int main(int argc, char **argv) {
  struct sockaddr_in a = {.sin_family = AF_INET};
  struct rusage usage;
  char login[300];
  size_t bytes;
  double start;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (argc != 5) return 2;
  a.sin_port = htons((unsigned short)atoi(argv[1]));
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) return 1;
  answer(fd, "* OK ");
  snprintf(login, sizeof login, "LOGIN %s %s", argv[2], argv[3]);
  ask(fd, "a1 ", login);
  ask(fd, "a2 ", "SELECT INBOX");
  start = now();
  bytes = ask(fd, "a3 ", argv[4]);
  start = now() - start;
  getrusage(RUSAGE_SELF, &usage);
  printf("%f %zu %ld\n", start, bytes, usage.ru_maxrss);
  return 0;
}
