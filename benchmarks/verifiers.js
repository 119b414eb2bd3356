// Reads jobs as JSON from stdin and says of each what the npm package sigstore makes of it: "verified", "refused: …" or
// "unreadable: …". A job has bundle, root (their contents), data (base64, for signatures over bytes) or null, key (PEM)
// or null, signer (a regular expression of the signer's name) or null, sha256 and predicateTypes (for envelopes).
const crypto = require("node:crypto");
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

function judge(job) {
  let bundle;
  try {
    bundle = bundleFromJSON(job.bundle);
  } catch (error) {
    return `unreadable: ${error.message}`;
  }
  try {
    const finder = job.key
      ? () => ({ publicKey: crypto.createPublicKey(job.key), validFor: () => true })
      : undefined;
    const trust = toTrustMaterial(TrustedRoot.fromJSON(job.root), finder);
    const policy = job.signer ? { subjectAlternativeName: job.signer } : undefined;
    const data = job.data === null ? undefined : Buffer.from(job.data, "base64");
    new Verifier(trust).verify(toSignedEntity(bundle, data), policy);
    if (bundle.content.$case !== "dsseEnvelope") return "verified";
    const envelope = bundle.content.dsseEnvelope;
    if (envelope.payloadType !== "application/vnd.in-toto+json") return "refused: payload type";
    const statement = JSON.parse(envelope.payload.toString());
    if (!statement.subject.some((item) => item.digest.sha256 === job.sha256)) return "refused: subject";
    if (!job.predicateTypes.includes(statement.predicateType)) return "refused: predicate type";
    return "verified";
  } catch (error) {
    return `refused: ${error.message}`;
  }
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const jobs = JSON.parse(Buffer.concat(chunks).toString());
  process.stdout.write(JSON.stringify(jobs.map(judge)));
});
