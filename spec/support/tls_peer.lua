-- Certificates and TLS servers by the openssl program. A folder has a CA and
-- the servers' certificates; a server answers any GET with a page.

local child = require "support.child"

local M = {}

local function run(format, ...)
  local command = format:format(...)
  local pipe = io.popen("{ " .. command .. "; } 2>&1")
  local output = pipe:read "a"
  assert(pipe:close(), command .. ": " .. output)
end

local function write(path, text)
  local f = assert(io.open(path, "w"))
  f:write(text)
  f:close()
end

-- a certificate NAME.pem with its key NAME.key, signed by the CA of the folder
function M.certificate(folder, name, subject, dates)
  write(folder .. "/" .. name .. ".ext", "subjectAltName=" .. subject .. "\n")
  run("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
    .. "-keyout %s.key -out %s.csr -subj /CN=%s", folder, name, name, name)
  run("cd %s && : > index.txt && openssl ca -batch -config ca.cnf -notext -create_serial "
    .. "-in %s.csr -out %s.pem -extfile %s.ext %s", folder, name, name, name, dates)
end

-- a new folder with the CA ca.pem
function M.folder()
  local folder = os.tmpname()
  os.remove(folder)
  run("mkdir -m 700 %s", folder)
  run("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
    .. "-keyout ca.key -out ca.pem -days 30 -subj '/CN=Spec CA'", folder)
  write(folder .. "/ca.cnf", "[ca]\ndefault_ca=c\n[c]\ndir=.\ndatabase=index.txt\nserial=serial\n"
    .. "new_certs_dir=.\ncertificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\n"
    .. "policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n")
  return folder
end

function M.remove(folder)
  run("rm -rf %s", folder)
end

-- a server with NAME.pem; `more` are further options of openssl s_server
function M.start(folder, name, more)
  local server = child.start(("openssl s_server -accept 127.0.0.1:0 -www -cert %s/%s.pem "
    .. "-key %s/%s.key %s"):format(folder, name, folder, name, more or ""),
    "ACCEPT [%d.]+:(%d+)")
  server.port = server.match
  return server
end

return M
