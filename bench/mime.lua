-- Real mail as items, beside what bare GMime takes to parse the same files into its
-- objects, Python's email and mailparser of npm.  Then a message with 150 MB attached,
-- built and read.
--   lua5.4 bench/mime.lua FOLDER [ROUNDS]     FOLDER has OWNER+NAME of bench/mail_sets.lua
-- mailparser is measured where build/npm has it: npm install --prefix build/npm mailparser

package.path = "bench/?.lua;" .. package.path

local folder, rounds <const> = (arg[1] or ""):gsub("/$", ""), tonumber(arg[2]) or 10

-- what the others do, as programs that print seconds, bytes, messages, peak KiB

local python <const> = [[
import email, email.policy, resource, sys, time
files = [l.rstrip("\n") for l in sys.stdin]
start, size, count = time.monotonic(), 0, 0
for _ in range(int(sys.argv[1])):
    for path in files:
        with open(path, "rb") as f:
            data = f.read()
        size, count = size + len(data), count + 1
        try:
            m = email.message_from_bytes(data, policy=email.policy.default)
            for name in ("subject", "from", "to", "cc", "date", "message-id"):
                str(m[name])
            for part in m.walk():
                if not part.is_multipart():
                    part.get_filename()
                    if part.get_content_maintype() == "text":
                        part.get_content()
        except Exception:
            pass
print(time.monotonic() - start, size, count,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
]]

local node <const> = [[
const { simpleParser } = require("mailparser"), fs = require("fs");
(async () => {
  const files = fs.readFileSync(0, "utf8").trim().split("\n");
  const start = process.hrtime.bigint();
  let size = 0, count = 0;
  for (let i = 0; i < +process.argv[2]; i++)
    for (const path of files) {
      const data = fs.readFileSync(path);
      size += data.length; count++;
      try { await simpleParser(data); } catch (e) { }
    }
  console.log(Number(process.hrtime.bigint() - start) / 1e9, size, count,
    process.resourceUsage().maxRSS);
})();
]]

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function run(command, list)
  local p = io.popen(("%s %d < %s 2>/dev/null"):format(command, rounds, list))
  local line = p:read "l" or ""
  p:close()
  local seconds, bytes, count, peak = line:match "^(%S+)%s+(%S+)%s+(%S+)%s+(%S+)"
  return tonumber(seconds), tonumber(bytes), tonumber(count), tonumber(peak)
end

local function show(name, seconds, bytes, count, peak)
  print(("%-28s %8.1f MB/s %9.0f messages/s   peak %6.1f MiB"):format(name,
    bytes / seconds / 1e6, count / seconds, peak / 1024))
end

-- the measurement of our own side, in a process of its own
local function items()
  local gauge, mime = require "gauge", require "satchel.mime"
  local item = require "satchel.item"
  local files, bytes, count = {}, 0, 0
  for path in io.lines() do files[#files + 1] = path end
  local from = gauge.now()
  for _ = 1, tonumber(arg[2]) do
    for _, path in ipairs(files) do
      local message = item.new(nil, mime.read { path = path })
      bytes, count = bytes + message.size, count + 1
    end
  end
  local seconds, peak = gauge.now() - from, 0
  for line in io.lines "/proc/self/status" do
    peak = tonumber(line:match "^VmHWM:%s*(%d+)") or peak
  end
  print(seconds, bytes, count, peak)
end

local function large()
  local gauge, mime = require "gauge", require "satchel.mime"
  local left, piece = 150 * 1024, ("x"):rep(1024)
  local seconds, peak = gauge.measure(function()
    local body <close> = mime.build { subject = "large", text = "x", attachments = { {
      name = "large.bin", type = "application/octet-stream", source = function()
        left = left - 1
        return left >= 0 and piece or nil
      end } } }
    for _ in body:chunks() do end
  end)
  print(("150 MB attached, built and sent   %6.2f s   peak %6.1f MiB more"):format(seconds,
    peak / 1024))
  local path = os.tmpname()
  left = 150 * 1024
  local file = assert(io.open(path, "wb"))
  local body <close> = mime.build { attachments = { { name = "large.bin", source = function()
    left = left - 1
    return left >= 0 and piece or nil
  end } } }
  for chunk in body:chunks() do file:write(chunk) end
  file:close()
  seconds, peak = gauge.measure(function()
    local reader = mime.read({ path = path }).attachments[1].open()
    while reader:read(65536) do end
  end)
  os.remove(path)
  print(("150 MB attached, read and decoded %6.2f s   peak %6.1f MiB more"):format(seconds,
    peak / 1024))
end

local function main()
  os.execute "mkdir -p build"
  local list, count = io.open("build/mail_files.txt", "w"), 0
  for _, set in ipairs(require("mail_sets").sets) do
    for _, path in ipairs(require("mail_sets").files(folder, set)) do
      list:write(path, "\n")
      count = count + 1
    end
  end
  list:close()
  if count == 0 then
    print "no mail found: give the folder that holds the sets of bench/mail_sets.lua"
    return
  end
  print(("%d files, %d rounds"):format(count, rounds))
  assert(os.execute("cc -O2 -std=c11 -D_GNU_SOURCE -o build/mime_bare bench/mime_bare.c "
    .. "`pkg-config --cflags --libs gmime-3.0`"))
  local names = "build/mail_files.txt"
  local bare = table.pack(run("build/mime_bare", names))
  local own = table.pack(run("lua5.4 bench/mime.lua --items", names))
  show("GMime, parsed and dropped", table.unpack(bare))
  show("Satchel, all fields of items", table.unpack(own))
  local email = table.pack(run("python3 " .. write("build/mime_email.py", python), names))
  if email[1] then show("Python's email", table.unpack(email)) end
  local parser = table.pack(run("NODE_PATH=build/npm/node_modules node "
    .. write("build/mime_parser.js", node), names))
  if parser[1] then show("mailparser", table.unpack(parser)) else print "mailparser: not there" end
  print(("items at %.2f of bare GMime's rate (at least 0.70 is wanted)"):format(bare[1] / own[1]))
  large()
end

if arg[1] == "--items" then items() else main() end
