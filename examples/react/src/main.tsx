import { ApolloProvider } from '@apollo/client/react';
import { createRoot } from 'react-dom/client';
import { loyalty } from './client';
import { CustomerScreen } from './CustomerScreen';

const mobile = new URLSearchParams(location.search).get('mobile') ?? '919800000001';

createRoot(document.getElementById('root')!).render(
  <ApolloProvider client={loyalty('http://127.0.0.1:8000/graphql')}>
    <CustomerScreen by={{ mobile }} />
  </ApolloProvider>,
);
