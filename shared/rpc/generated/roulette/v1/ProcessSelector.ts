// Original file: proto/roulette/v1/types.proto


/**
 * Which processes of a node are meant; set keys must all match. See docs/experiment.md.
 */
export interface ProcessSelector {
  'service'?: (string);
  'name'?: (string);
  'cmdline'?: (string);
  'exe'?: (string);
  'user'?: (string);
  'unit'?: (string);
  'cgroup'?: (string);
  'port'?: (number);
  'container'?: (string);
  '_service'?: "service";
  '_name'?: "name";
  '_cmdline'?: "cmdline";
  '_exe'?: "exe";
  '_user'?: "user";
  '_unit'?: "unit";
  '_cgroup'?: "cgroup";
  '_port'?: "port";
  '_container'?: "container";
}

/**
 * Which processes of a node are meant; set keys must all match. See docs/experiment.md.
 */
export interface ProcessSelector__Output {
  'service'?: (string);
  'name'?: (string);
  'cmdline'?: (string);
  'exe'?: (string);
  'user'?: (string);
  'unit'?: (string);
  'cgroup'?: (string);
  'port'?: (number);
  'container'?: (string);
  '_service'?: "service";
  '_name'?: "name";
  '_cmdline'?: "cmdline";
  '_exe'?: "exe";
  '_user'?: "user";
  '_unit'?: "unit";
  '_cgroup'?: "cgroup";
  '_port'?: "port";
  '_container'?: "container";
}
