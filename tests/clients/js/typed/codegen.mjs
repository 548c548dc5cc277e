// graphql-codegen, client preset: examples/operations to typed documents, and to a manifest for the gateway.
// Paths are of the folder that it is run in.
const root = '../../..';

export default {
  schema: `${root}/schema.graphql`,
  documents: [`${root}/examples/operations/*.graphql`],
  generates: {
    'typed/gql/': {
      preset: 'client',
      presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256', mode: 'embedHashInDocument' }, fragmentMasking: false },
      config: {
        importExtension: '.js',
        emitLegacyCommonJSImports: false,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { DateTime: 'string', Date: 'string', JSON: 'unknown' },
      },
    },
  },
};
