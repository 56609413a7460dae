/** A transaction of tables and artifacts, composed as users' runs compose theirs. */
import type { ArtifactName } from "@crv/core";
import { Dataset, type Descriptors, Transaction, type TransactionParts } from "@crv/io";
import type { StagedStorage } from "@crv/storage-trait";
import type { Members } from "../artifact-steps.js";
import { datasetOptions } from "../datasets.js";
import { inputsOf, readArtifact } from "../members.js";
import { TABLES } from "./tables.js";

export class ArtifactTransaction<
  Tables extends Descriptors = readonly [],
> extends Transaction<Tables> {
  readonly #storage: StagedStorage;

  constructor(...parts: TransactionParts) {
    super(...parts);
    this.#storage = parts[0].storage;
  }

  async put(name: ArtifactName, members: Members): Promise<void> {
    await this.stageBeside((operation) => operation.stageArtifact(name, inputsOf(members)));
  }

  remove(name: ArtifactName): Promise<void> {
    return this.stageBeside((operation) => operation.removeArtifact(name));
  }

  /** As it was put, here or before. It joins the read set. */
  look(name: ArtifactName): Promise<Members | undefined> {
    return this.stageBeside((operation) => readArtifact(this.#storage, operation.artifact(name)));
  }
}

class ArtifactDataset<Tables extends Descriptors> extends Dataset<Tables> {
  protected override makeTransaction(parts: TransactionParts): Transaction<Tables> {
    return new ArtifactTransaction<Tables>(...parts);
  }
}

export function artifactDatasetOver(storage: StagedStorage): Dataset<typeof TABLES> {
  return new ArtifactDataset(datasetOptions(storage, TABLES));
}
