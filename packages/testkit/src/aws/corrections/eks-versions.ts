import type { Correction } from '../correction.ts';
import type { Json } from '../json.ts';
import { jsonReply } from '../message.ts';

/** What there is when nothing is asked for by its number; the last is in extended support. */
const KNOWN = ['1.36', '1.35', '1.34'];

/** The versions of Kubernetes and the end of their support: moto has no such route. */
export const EKS_VERSIONS: readonly Correction[] = [
  {
    service: 'eks',
    on: 'GET /cluster-versions',
    handle: (call) => {
      const asked = call.query.getAll('clusterVersions');
      const clusterVersions = KNOWN.map(versionOf).filter(
        ({ clusterVersion }) => asked.length === 0 || asked.includes(clusterVersion),
      );
      return jsonReply({ clusterVersions });
    },
  },
];

/** By whole years from now: a test must not fail because some version's real day has come. */
function versionOf(clusterVersion: string, age: number): Json & { readonly clusterVersion: string } {
  const isExtended = age === KNOWN.length - 1;
  const thisYear = new Date().getUTCFullYear();
  return {
    clusterType: 'eks',
    clusterVersion,
    defaultPlatformVersion: 'eks.1',
    defaultVersion: age === 1,
    kubernetesPatchVersion: `${clusterVersion}.0`,
    releaseDate: seconds(thisYear - age),
    endOfStandardSupportDate: seconds(isExtended ? thisYear : thisYear + 2),
    endOfExtendedSupportDate: seconds(thisYear + 3),
    status: isExtended ? 'extended-support' : 'standard-support',
    versionStatus: isExtended ? 'EXTENDED_SUPPORT' : 'STANDARD_SUPPORT',
  };
}

function seconds(year: number): number {
  return Date.UTC(year, 0, 1) / 1000;
}
